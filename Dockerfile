# The course in a container, as an ordinary user: JupyterLab, and grading.
#
#     docker build -t adversarial-course .
#     docker run --rm -p 127.0.0.1:8888:8888 adversarial-course
#     docker run --rm -v "$PWD/term:/home/course/term" adversarial-course \
#         autograder grade a3-fgsm term/submitted --out term/grades
#
# Isolation inside: Docker's default rules refuse the namespaces that level `strong` needs, so what
# `autograder doctor` finds is `medium` where the host's kernel has Landlock, else `none`. With
#     --security-opt seccomp=unconfined --security-opt systempaths=unconfined
# bubblewrap can work inside; that weakens the container's own wall to build the inner one. Podman
# without root is the same. This file has not been built yet: the project's machines have no builder.
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
