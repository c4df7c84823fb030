"""A task, and a fake process that replaces a grading slot."""

from autograder.grading.jobs import Task

TASK = Task("a3-fgsm", "digits", "none", "00" * 16)

# Answers like `autograder.grading.slot`, and fails as the name of a submission says.
FAKE_SLOT = """
import json, os, signal, sys, time
task = json.loads(sys.stdin.readline())
made = json.loads(sys.stdin.readline())
for line in sys.stdin:
    job = json.loads(line)
    if "assignment" in job:  # another task
        sys.stdin.readline()
        continue
    with open({log!r}, "a") as log:
        log.write(job["student"] + "\\n")
    if job["student"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job["student"] == "half":
        print('{{"student": "half", "assign', end="", flush=True)
        sys.exit()
    if job["student"] == "left":
        sys.exit(0)
    if job["student"] == "once" and open({log!r}).read().count("once") == 1:
        os._exit(1)
    print(json.dumps({{"student": job["student"], "assignment": "a3-fgsm", "profile": "digits",
        "status": "OK", "score": 1.0, "max_score": 20.0, "sandbox": "none", "seconds": 0.1,
        "checks": []}}), flush=True)
"""
