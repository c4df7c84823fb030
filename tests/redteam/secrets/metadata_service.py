"""Asks the cloud's metadata service, and docker's and dbus's sockets.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os, socket, urllib.request

def trick():
    try:
        urllib.request.urlopen("http://169.254.169.254/latest/meta-data", timeout=1)
        raise ValueError("metadata")
    except OSError:
        pass
    for path in ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/private",
                 "/tmp/.X11-unix/X0", "/run/containerd/containerd.sock"):
        if os.path.exists(path):
            raise ValueError(path)
        for name in (path, "\0" + path):
            with socket.socket(socket.AF_UNIX) as connection:
                try:
                    connection.connect(name)
                except OSError:
                    continue
                raise ValueError(path)
