# The course in a container:  docker build -t course . && docker run --rm -p 8888:8888 course
# Open the address with the token that it prints. What is not in a volume goes with the container.
FROM python:3.12-slim AS sandbox
# Where a learner's code runs, for grading without bubblewrap: packages, and nothing of the course
COPY requirements/learn.txt requirements/torch.txt /requirements/
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        -r /requirements/learn.txt -r /requirements/torch.txt

FROM python:3.12-slim

WORKDIR /course
COPY . .
# PyTorch for the processor alone: the usual wheels bring gigabytes for graphics cards
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu \
        -r requirements/learn.txt -r requirements/torch.txt -e . \
    && useradd --create-home learner \
    && chown -R learner /course
USER learner
EXPOSE 8888
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--LabApp.default_url=/lab/tree/lessons/00_start_here.ipynb"]
