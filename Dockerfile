# The course in a container, as an ordinary user: JupyterLab, and grading.
#
#     docker build -t adversarial-course .
#     docker run --rm -p 127.0.0.1:8888:8888 adversarial-course
#     docker run --rm -v "$PWD/term:/home/course/term" adversarial-course \
#         autograder grade a3-fgsm term/submitted --out term/grades --secret term/secret
#
# The user inside has the number 1000 and must be allowed to write to `term`. What is written
# elsewhere ends with the container, a secret too: so `--secret` names a file in `term`.
#
# Isolation inside: Docker's default rules refuse the namespaces that level `strong` needs, so what
# `autograder doctor` finds is `medium` where the host's kernel has Landlock, else `none`. With
#     --security-opt seccomp=unconfined --security-opt systempaths=unconfined
# (Podman: unmask=ALL in place of systempaths) it is `strong`: bubblewrap works inside. That weakens
# the container's own wall to build the inner one.
#
# Tried with buildah and Podman as root, on a base that was made of Debian's own Python 3.13, since
# Docker Hub's could not be reached: JupyterLab starts, and a3-fgsm is graded without a network, at
# `medium` by default. Not tried: Docker itself, Podman without root, VS Code and Codespaces.
FROM python:3.13-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap git make util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 course
USER course
WORKDIR /home/course/adversarial-course
# Where PyTorch comes from; --build-arg TORCH_INDEX= takes the larger one for NVIDIA cards.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PATH=/home/course/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_EXTRA_INDEX_URL=$TORCH_INDEX
COPY --chown=course pyproject.toml setup.py constraints.txt README.md LICENSE ./
# What is needed first, so that a change of the course does not download it again.
RUN python -m venv /home/course/venv \
 && mkdir course autograder solutions \
 && pip install --constraint constraints.txt --editable '.[instructor]' \
 && rmdir course autograder solutions
COPY --chown=course . .
RUN pip install --no-deps --constraint constraints.txt --editable .
WORKDIR /home/course
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser"]
