"""Starts a daemon that is to outlive the run and rewrite the next one.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os, subprocess, sys

def trick():
    code = "import time\nwhile True:\n    open('/tmp/alive', 'a').write('x'); time.sleep(.1)"
    subprocess.Popen(["setsid", "nohup", sys.executable, "-c", code], start_new_session=True)
