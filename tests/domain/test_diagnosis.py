"""Causes are found in what the field's tools print when they fail, with a fix that can be taken."""

from __future__ import annotations

import random
import re
import textwrap
from typing import Any

import pytest

from safelight.domain.causes import RULES
from safelight.domain.diagnosis import Diagnosis, diagnose
from safelight.domain.jobs import Failure, FailureKind, Resources
from safelight.domain.lastwords import Line

SCRIPT, SETUP, ENGINE = (
    FailureKind.SCRIPT_ERROR,
    FailureKind.SETUP_ERROR,
    FailureKind.ENGINE_ERROR,
)


UNLIMITED = Resources()


def lines(text: str, stream: str = "stderr") -> list[Line]:
    """The text's lines under the numbers 101, 102 ..."""
    said = textwrap.dedent(text).strip("\n").split("\n")
    return [Line(line, number, stream) for number, line in enumerate(said, 101)]


def told(
    text: str,
    kind: FailureKind = SCRIPT,
    parameters: dict[str, Any] | None = None,
    resources: Resources = UNLIMITED,
    **failure: Any,
) -> Diagnosis:
    exit_code = None if failure.get("signal") else failure.pop("exit_code", 1)
    stream = "setup" if kind in (SETUP, ENGINE) else "stderr"
    message = failure.pop("message", "The script ended with exit code 1.")
    return diagnose(
        Failure(kind, message, exit_code=exit_code, **failure),
        lines(text, stream) if text else [],
        parameters or {},
        resources,
    )


TORCH_OOM = """
Traceback (most recent call last):
  File "runs/0193/script/train.py", line 88, in <module>
    main()
  File "runs/0193/script/train.py", line 61, in main
    loss = model(images, targets)
  File "/opt/env/lib/python3.11/site-packages/torch/nn/modules/module.py", line 1736, in _wrapped_call_impl
    return self._call_impl(*args, **kwargs)
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.20 GiB is free. Process 4711 has 22.43 GiB memory in use. Of the allocated memory 21.90 GiB is allocated by PyTorch, and 78.12 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)
"""
CASES: list[tuple[str, str, str]] = [
    ("cuda_out_of_memory", TORCH_OOM, "The GPU ran out of memory: 2.00 GiB more were needed, 1.20 GiB were free."),
    (
        "cuda_out_of_memory",
        "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 7.79 GiB total capacity; 6.31 GiB already allocated; 14.31 MiB free; 6.44 GiB reserved in total by PyTorch)",
        "The GPU ran out of memory: 20.00 MiB more were needed, 14.31 MiB were free.",
    ),
    (
        "cuda_out_of_memory",
        """
        Traceback (most recent call last):
          File "train.py", line 12, in <module>
            model.fit(train, epochs=3)
          File "/usr/lib/python3/dist-packages/keras/src/utils/traceback_utils.py", line 122, in error_handler
            raise e.with_traceback(filtered_tb) from None
        tensorflow.python.framework.errors_impl.ResourceExhaustedError: Graph execution error:

        Detected at node functional_1/conv2d_1/convolution defined at (most recent call last):
        OOM when allocating tensor with shape[64,256,128,128] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc
        """,
        "The GPU ran out of memory: there was no room for a tensor of shape [64,256,128,128].",
    ),
    (
        "cuda_out_of_memory",
        "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 8589934592 bytes.",
        "The GPU ran out of memory.",
    ),
    (
        "shared_memory",
        "RuntimeError: DataLoader worker (pid 4242) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.",
        "A DataLoader worker was killed (Bus error): shared memory or memory ran out.",
    ),
    (
        "shared_memory",
        """
        Traceback (most recent call last):
          File "/opt/env/lib/python3.11/site-packages/torch/utils/data/dataloader.py", line 1251, in _try_get_data
            data = self._data_queue.get(timeout=timeout)
        _queue.Empty

        The above exception was the direct cause of the following exception:

        Traceback (most recent call last):
          File "/data/work/train.py", line 40, in <module>
            for batch in loader:
        RuntimeError: DataLoader worker (pid(s) 812, 813) exited unexpectedly
        """,
        "A DataLoader worker died: shared memory or memory ran out.",
    ),
    ("host_out_of_memory", "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 18.6 GiB for an array with shape (50000, 224, 224, 3) and data type uint8", "Memory ran out: there was no room for an array of 18.6 GiB."),
    ("host_out_of_memory", "RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 51380224000 bytes. Error code 12 (Cannot allocate memory)", "Memory ran out: 51380224000 bytes more were needed."),
    ("host_out_of_memory", "cv2.error: OpenCV(4.10.0) /io/opencv/modules/core/src/alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 12000000000 bytes in function 'OutOfMemoryError'", "Memory ran out: 12000000000 bytes more were needed."),
    ("host_out_of_memory", "MemoryError", "Memory ran out."),
    ("disk_full", "OSError: [Errno 28] No space left on device: '/data/work/last.pt'", "The disk is full: /data/work/last.pt could not be written."),
    ("disk_full", "RuntimeError: [enforce fail at inline_container.cc:603] . PytorchStreamWriter failed writing file data/17: file write failed", "The disk is full."),
    ("disk_full", "sqlite3.OperationalError: database or disk is full", "The disk is full."),
    (
        "missing_library",
        """
        Traceback (most recent call last):
          File "/data/work/main.py", line 1, in <module>
            import cv2
        ImportError: libGL.so.1: cannot open shared object file: No such file or directory
        """,
        "The system library libGL.so.1 is not installed.",
    ),
    ("missing_module", "ModuleNotFoundError: No module named 'albumentations'", "The module albumentations is not installed."),
    ("missing_module", "/usr/bin/python3: No module named pip", "The module pip is not installed."),
    ("missing_module", "ImportError: cannot import name 'AdamW' from 'transformers' (/opt/env/lib/python3.11/site-packages/transformers/__init__.py)", "The installed version of transformers has no AdamW."),
    (
        "missing_module",
        """
        Traceback (most recent call last):
          File "/data/work/train.py", line 4, in <module>
            processor = DetrImageProcessor.from_pretrained("detr")
        ImportError:
        DetrImageProcessor requires the torchvision library but it was not found in your environment. You can install it with pip
        """,
        "The module torchvision is not installed.",
    ),
    (
        "registry_refused",
        """
        huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-6740;8a1c)

        Cannot access gated repo for url https://huggingface.co/org/model/resolve/main/config.json.
        Access to model org/model is restricted. You must have access to it and be authenticated to access it. Please log in.
        """,
        "The access to the model org/model was refused.",
    ),
    ("registry_refused", "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://data.example.org/weights.pt", "https://data.example.org/weights.pt refused the access (403)."),
    ("registry_refused", "urllib.error.HTTPError: HTTP Error 401: Unauthorized", "A token was refused."),
    ("cuda_driver_missing", "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from http://www.nvidia.com/Download/index.aspx", "There is no GPU, or its driver is missing."),
    ("cuda_driver_missing", "AssertionError: Torch not compiled with CUDA enabled", "The installed torch is a build without CUDA."),
    (
        "cuda_driver_missing",
        """
        ValueError: Invalid CUDA 'device=0' requested. Use 'device=cpu' or pass valid CUDA device(s) if available, i.e. 'device=0' or 'device=0,1,2,3' for Multi-GPU.

        torch.cuda.is_available(): False
        torch.cuda.device_count(): 0
        os.environ['CUDA_VISIBLE_DEVICES']: None
        """,
        "There is no GPU, or its driver is missing.",
    ),
    ("cuda_driver_missing", "RuntimeError: CUDA error: no kernel image is available for execution on the device", "The GPU or its driver is too old for the installed torch."),
    ("corrupt_picture", "PIL.UnidentifiedImageError: cannot identify image file '/data/pictures/tile_0815.jpg'", "The picture /data/pictures/tile_0815.jpg is broken or no picture."),
    ("corrupt_picture", "PIL.UnidentifiedImageError: cannot identify image file <_io.BytesIO object at 0x7f3a1c0d>", "A picture is broken or cannot be read."),
    ("corrupt_picture", "OSError: image file is truncated (43 bytes not processed)", "A picture is broken: image file is truncated."),
    (
        "corrupt_picture",
        """
        [ WARN:0@0.041] global loadsave.cpp:268 findDecoder imread_('pictures/a 7.png'): can't open/read file: check file path/integrity
        Traceback (most recent call last):
          File "/data/work/main.py", line 9, in <module>
            gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        cv2.error: OpenCV(4.10.0) /io/opencv/modules/imgproc/src/color.cpp:196: error: (-215:Assertion failed) !_src.empty() in function 'cvtColor'
        """,
        "The picture pictures/a 7.png is broken or cannot be read.",
    ),
    (
        "corrupt_picture",
        """
        tensorflow.python.framework.errors_impl.InvalidArgumentError: {{function_node __wrapped__IteratorGetNext}} Unknown image file format. One of JPEG, PNG, GIF, BMP required.
        \t [[{{node decode_image/DecodeImage}}]] [Op:IteratorGetNext]
        """,
        "A picture is broken or cannot be read.",
    ),
    ("category_mismatch", "IndexError: Target 7 is out of bounds.", "A shape has label number 7, which the model does not have."),
    ("category_mismatch", "AssertionError: Label class 12 exceeds dataset class count 3. Possible class labels are 0-2", "A shape has label number 12, but the model has 3 classes."),
    ("category_mismatch", "ValueError: Received a label value of 10 which is outside the valid range of [0, 10).  Label values: 3 10 1", "A shape has label number 10, but the model has 10 classes."),
    (
        "category_mismatch",
        """
        RuntimeError: Error(s) in loading state_dict for FasterRCNN:
        \tsize mismatch for roi_heads.box_predictor.cls_score.weight: copying a param with shape torch.Size([91, 1024]) from checkpoint, the shape in current model is torch.Size([4, 1024]).
        """,
        "The weights were made for other labels than the model: roi_heads.box_predictor.cls_score.weight has 91, wanted are 4.",
    ),
    (
        "category_mismatch",
        """
        ../aten/src/ATen/native/cuda/Loss.cu:250: nll_loss_forward_reduce_cuda_kernel_2d: block: [0,0,0], thread: [3,0,0] Assertion `t >= 0 && t < n_classes` failed.
        Traceback (most recent call last):
          File "train.py", line 5, in <module>
            loss.backward()
        RuntimeError: CUDA error: device-side assert triggered
        CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.
        """,
        "A number was out of range on the GPU, most often a label that the model does not have.",
    ),
    ("connection_refused", "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)", "Nobody answered at 127.0.0.1:5432."),
    (
        "connection_refused",
        "requests.exceptions.ConnectionError: HTTPConnectionPool(host='mlflow', port=5000): Max retries exceeded with url: /api (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused'))",
        "Nobody answered at mlflow:5000.",
    ),
    ("connection_refused", 'psycopg.OperationalError: connection failed: connection to server at "10.0.0.2", port 5432 failed: Connection refused', "Nobody answered at 10.0.0.2:5432."),
    ("connection_refused", "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>", "The name of a service is not known in this network."),
    ("connection_refused", "httpx.ConnectError: [Errno 111] Connection refused", "A service refused the connection."),
    ("connection_refused", "curl: (7) Failed to connect to 10.0.0.5 port 8000 after 0 ms: Connection refused", "Nobody answered at 10.0.0.5:8000."),
    ("network_timeout", "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='data.example.org', port=443): Read timed out. (read timeout=10)", "data.example.org:443 did not answer in time."),
    ("network_timeout", "TimeoutError: [Errno 110] Connection timed out", "A service did not answer in time."),
    ("too_many_open_files", "OSError: [Errno 24] Too many open files: 'pictures/7.jpg'", "Too many files were open at once."),
    ("permission_denied", "PermissionError: [Errno 13] Permission denied: '/opt/models/best.pt'", "There is no right to use /opt/models/best.pt."),
    ("permission_denied", "bash: ./train.sh: Permission denied", "There is no right to use ./train.sh."),
    ("file_not_found", "FileNotFoundError: [Errno 2] No such file or directory: 'data/coco.yaml'", "The file data/coco.yaml does not exist."),
    ("file_not_found", "python3: can't open file '/data/work/trian.py': [Errno 2] No such file or directory", "The file /data/work/trian.py does not exist."),
    (
        "file_not_found",
        """
        FileNotFoundError: Dataset '/data/work/apples.yaml' error ❌
        Dataset '/data/work/apples.yaml' images not found, missing path '/data/work/datasets/apples/val'
        """,
        "The file /data/work/datasets/apples/val does not exist.",
    ),
    ("file_not_found", "/bin/sh: 1: ffmpeg: not found", "ffmpeg does not exist."),
    (
        "assertion",
        """
        Traceback (most recent call last):
          File "runs/0193/script/main.py", line 31, in check
            assert boxes.shape[1] == 4, f"boxes are {boxes.shape}"
        AssertionError: boxes are (3, 5)
        """,
        "An assertion does not hold: boxes are (3, 5) (main.py, line 31).",
    ),
    ("assertion", "AssertionError", "An assertion does not hold."),
    (
        "interrupted",
        """
        Traceback (most recent call last):
          File "main.py", line 3, in <module>
            time.sleep(60)
        KeyboardInterrupt
        """,
        "The script was interrupted (KeyboardInterrupt).",
    ),
    (
        "crashed",
        """
        Fatal Python error: Segmentation fault

        Current thread 0x00007f8a (most recent call first):
          File "/opt/env/lib/python3.11/site-packages/torch/_ops.py", line 1116 in __call__
          File "/data/work/main.py", line 9 in <module>
        """,
        "The process crashed: Segmentation fault.",
    ),
    ("crashed", "terminate called after throwing an instance of 'std::runtime_error'\n  what():  bad model", "The process crashed: std::runtime_error."),
    ("killed", "Killed", "The script was killed from outside (SIGKILL)."),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "sentence"), CASES)
def test_a_script_that_says_why(rule: str, text: str, sentence: str) -> None:
    found = told(text)
    assert (found.failure.cause, found.failure.message) == (rule, sentence)
    assert found.failure.fix
    assert "{" not in found.failure.fix
    assert found.line is not None
    assert found.failure.evidence in lines(text)[found.line - 101].text


SET_UP_CASES = [
    (
        SETUP,
        "package_not_found",
        """
          × No solution found when resolving dependencies:
          ╰─▶ Because safelight-no-such-package was not found in the package registry and you
              require safelight-no-such-package==9.9.9, we can conclude that your requirements are unsatisfiable.
        """,
    ),
    (
        SETUP,
        "package_not_found",
        """
          × No solution found when resolving dependencies:
          ╰─▶ Because there is no version of torch==99.0 and you require torch==99.0,
              we can conclude that your requirements are unsatisfiable.
        """,
    ),
    (SETUP, "package_not_found", "ERROR: No matching distribution found for torch==99.0"),
    (SETUP, "disk_full", "error: Failed to install: torch-2.4.0.whl\n  Caused by: failed to copy file: No space left on device (os error 28)"),
    (SETUP, "registry_refused", "error: Failed to fetch: `https://packages.example.org/simple/torch/`\n  Caused by: HTTP status client error (401 Unauthorized) for url (https://packages.example.org/simple/torch/)"),
    (SETUP, "connection_refused", "error: Failed to fetch: `https://packages.example.org/simple/torch/`\n  Caused by: error sending request\n  Caused by: tcp connect error: Connection refused (os error 111)"),
    (ENGINE, "image_not_found", "docker: Error response from daemon: manifest for registry.example.org/train:v9 not found: manifest unknown: manifest unknown."),
    (ENGINE, "image_not_found", "Error response from daemon: pull access denied for apples/train, repository does not exist or may require 'docker login'."),
    (ENGINE, "image_not_found", "Error: initializing source docker://registry.example.org/train:v9: reading manifest v9 in registry.example.org/train: manifest unknown"),
    (ENGINE, "registry_refused", 'Error response from daemon: Head "https://registry.example.org/v2/train/manifests/v9": unauthorized: authentication required'),
    (ENGINE, "registry_refused", "denied: requested access to the resource is denied"),
    (ENGINE, "cuda_driver_missing", 'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].'),
    (ENGINE, "connection_refused", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rule", "text"), SET_UP_CASES)
def test_a_set_up_that_says_why_keeps_its_sentence(kind: FailureKind, rule: str, text: str) -> None:
    found = told(text, kind, message="The set-up failed.").failure
    assert (found.cause, found.kind, found.message) == (rule, kind, "The set-up failed.")
    # A log that has not come yet leaves what the runner brought along.
    brought = told("", kind, message="The set-up failed.", excerpt=textwrap.dedent(text))
    assert (brought.failure.cause, brought.line) == (rule, None)


@pytest.mark.parametrize(
    ("failure", "rule"),
    [
        ({"kind": FailureKind.OUT_OF_MEMORY}, "host_out_of_memory"),
        ({"kind": FailureKind.TIMEOUT}, "time_limit"),
        ({"kind": FailureKind.DISK_FULL}, "disk_full"),
        ({"kind": FailureKind.LOST}, "lost"),
        ({"signal": 9}, "killed"),
        ({"signal": 11}, "crashed"),
        ({"signal": 7}, "shared_memory"),
        ({"signal": 2}, "interrupted"),
        ({"exit_code": 137}, "killed"),
        ({"exit_code": 139}, "crashed"),
        ({"exit_code": 3}, ""),
        ({"signal": 15}, ""),
        ({"kind": FailureKind.INVALID_INPUT}, ""),
    ],
)
def test_an_end_that_tells_without_words(failure: dict[str, Any], rule: str) -> None:
    found = told("", message="As the runner says it.", **failure).failure
    assert (found.cause, found.message) == (rule, "As the runner says it.")


def test_every_rule_has_a_case() -> None:
    known = {rule for rule, _, _ in CASES} | {rule for _, rule, _ in SET_UP_CASES}
    known |= {"time_limit", "lost"}
    assert known == {rule.name for rule in RULES}
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_sentences_of_a_rule_need_nothing_that_its_expressions_cannot_say(rule: Any) -> None:
    around = set(re.compile(rule.around).groupindex)
    for sign in rule.signs:
        wanted = set(re.findall(r"\{(\w+)\}", sign.sentence))
        for pattern in sign.patterns:
            assert wanted <= around | set(re.compile(pattern).groupindex), (sign, pattern)


# --- behind noise ---------------------------------------------------------------------------------


def test_an_exception_behind_an_open_bar_and_colours_is_found() -> None:
    text = (
        "\x1b[34m\x1b[1mtrain: \x1b[0mScanning apples... 200 images: 100%|██████████| 200/200 [00:00<00:00, 1043.21it/s]\n"
        "  0%|          | 0/10 [00:00<?, ?it/s]Traceback (most recent call last):\n"
        '  File "/data/work/train.py", line 8, in <module>\n'
        "    train()\n"
        "\x1b[31mtorch.OutOfMemoryError\x1b[0m: CUDA out of memory. Tried to allocate 1.00 GiB. GPU 0 has a total capacity of 8.00 GiB of which 0 bytes is free.\n"
        "  0%|          | 0/10 [00:02<?, ?it/s]"
    )
    found = told(text)
    assert found.failure.cause == "cuda_out_of_memory"
    assert found.line == 105
    assert found.failure.evidence.startswith("torch.OutOfMemoryError: CUDA out of memory.")


def test_ultralytics_bars_do_not_hide_an_exception() -> None:
    text = """
          Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size
          1/100      7.71G      1.242      3.013      1.512         39        640: 67% ━━━━━━━━──── 12/18 2.1it/s 5.2s<2.9s
    Traceback (most recent call last):
      File "/opt/env/bin/yolo", line 8, in <module>
        sys.exit(entrypoint())
    IndexError: Target 3 is out of bounds.
    """
    assert told(text).failure.cause == "category_mismatch"


DDP = """
[rank0]: Traceback (most recent call last):
[rank1]: Traceback (most recent call last):
[rank0]:   File "/data/work/train.py", line 88, in <module>
[rank1]:   File "/data/work/train.py", line 88, in <module>
[rank0]:     main()
[rank1]:     main()
[rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.20 GiB is free.
[rank1]:   File "/data/work/train.py", line 61, in main
[rank1]: torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:2006, remote process exited or there was a network error
E1128 10:12:03.123000 22781 torch/distributed/elastic/multiprocessing/api.py:869] failed (exitcode: 1) local_rank: 0 (pid: 22846) of binary: /opt/env/bin/python
Traceback (most recent call last):
  File "/opt/env/bin/torchrun", line 8, in <module>
    sys.exit(main())
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
/data/work/train.py FAILED
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-11-28_10:12:03
  exitcode  : 1 (pid: 22846)
"""


def test_the_process_that_failed_first_explains_a_group_of_them() -> None:
    found = told(DDP)
    assert found.failure.cause == "cuda_out_of_memory"
    assert found.line == 107


def test_any_interleaving_of_processes_gives_the_same_cause() -> None:
    first = [line for line in DDP.strip().split("\n") if line.startswith("[rank0]")]
    second = [
        "[rank1]: Traceback (most recent call last):",
        '[rank1]:   File "/data/work/train.py", line 90, in main',
        "[rank1]: RuntimeError: the other one has gone",
    ]
    for seed in range(30):
        order = random.Random(seed)
        lanes, mixed = [list(first), list(second)], []
        while any(lanes):
            mixed.append(order.choice([lane for lane in lanes if lane]).pop(0))
        assert told("\n".join(mixed)).failure.cause == "cuda_out_of_memory"


def test_an_exception_of_a_worker_is_the_cause_and_not_its_messenger() -> None:
    text = """
    Traceback (most recent call last):
      File "/data/work/train.py", line 20, in <module>
        for batch in loader:
      File "/opt/env/lib/python3.11/site-packages/torch/_utils.py", line 706, in reraise
        raise exception
    FileNotFoundError: Caught FileNotFoundError in DataLoader worker process 0.
    Original Traceback (most recent call last):
      File "/data/work/train.py", line 7, in __getitem__
        return Image.open(path)
    FileNotFoundError: [Errno 2] No such file or directory: '/data/pictures/7.jpg'
    """
    assert told(text).failure.message == "The file /data/pictures/7.jpg does not exist."


def test_a_cause_that_a_script_wraps_into_its_own_exception_is_found() -> None:
    text = TORCH_OOM + textwrap.dedent("""
    The above exception was the direct cause of the following exception:

    Traceback (most recent call last):
      File "/data/work/train.py", line 90, in <module>
        raise TrainingFailed("training failed") from error
    __main__.TrainingFailed: training failed
    """)
    assert told(text).failure.cause == "cuda_out_of_memory"


def test_an_exception_that_was_handled_earlier_is_not_the_cause() -> None:
    text = """
    Traceback (most recent call last):
      File "/data/work/main.py", line 3, in fetch
    ConnectionRefusedError: [Errno 111] Connection refused
    trying again without the tracker
    epoch 1 done
    Traceback (most recent call last):
      File "/data/work/main.py", line 44, in <module>
      File "/data/work/main.py", line 40, in main
    ValueError: bad number of anchors: 5
    """
    found = told(text)
    assert found.failure.message == "ValueError: bad number of anchors: 5 (main.py, line 40)"
    assert (found.failure.cause, found.line) == ("", 109)


def test_the_place_is_the_last_line_of_the_users_own_code() -> None:
    text = """
    Traceback (most recent call last):
      File "/data/work/main.py", line 44, in <module>
        main()
      File "/data/work/tiles.py", line 12, in cut
        return np.reshape(a, (3, 3))
      File "/opt/env/lib/python3.11/site-packages/numpy/_core/fromnumeric.py", line 328, in reshape
        return _wrapfunc(a, 'reshape', shape, order=order)
    ValueError: cannot reshape array of size 8 into shape (3,3)
    """
    assert told(text).failure.message.endswith("(tiles.py, line 12)")


def test_ordinary_words_are_not_taken_for_a_cause() -> None:
    text = """
    INFO: 3 workers, batch 16
    retrying: Connection refused
    """ + "\n".join(f"    epoch {number} done" for number in range(20))
    assert told(text, message="The script ended with exit code 3: x").failure.cause == ""


def test_what_safelight_says_itself_at_the_end_is_no_evidence() -> None:
    said = [Line("Killed", 7, "setup"), Line("no pictures left", 8)]
    found = diagnose(Failure(SCRIPT, "ended", exit_code=3), said, {}, Resources())
    assert found.failure.cause == ""


def test_megabytes_of_nonsense_do_no_harm() -> None:
    said = [Line("x" * 20_000 + ":" * 100, number) for number in range(500)]
    said += [
        Line("Traceback (most recent call last):" + "=" * 5000),
        Line("a." * 5000 + "Error: no"),
    ]
    assert diagnose(Failure(SCRIPT, "ended"), said, {}, Resources()).failure.kind is SCRIPT


# --- proposals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"batch_size": 16, "epochs": 10}, {"batch_size": 8}),
        ({"batch": 5}, {"batch": 2}),
        ({"per_device_train_batch_size": "8"}, {"per_device_train_batch_size": "4"}),
        ({"Batch-Size": 4}, {"Batch-Size": 2}),
        ({"data.batch_size": 4}, {"data.batch_size": 2}),
        ({"batch": -1, "imgsz": 640}, {"imgsz": 320}),
        ({"batch_size": 1, "image_size": 600}, {"image_size": 288}),
        ({"batch": 0.7, "imgsz": 640}, {"imgsz": 320}),
        ({"batch_size": True}, None),
        ({"batch_size": "auto"}, None),
        ({"epochs": 10}, None),
        ({}, None),
    ],
)
def test_out_of_gpu_memory_proposes_half_the_batch_else_smaller_pictures(
    parameters: dict[str, Any], expected: dict[str, Any] | None
) -> None:
    found = told(TORCH_OOM, parameters=parameters).failure
    assert found.proposal == ({"parameters": expected} if expected else {})
    assert found.kind is FailureKind.OUT_OF_MEMORY


def test_other_causes_propose_what_fits_them() -> None:
    worker = "RuntimeError: DataLoader worker (pid 1) is killed by signal: Bus error."
    assert told(worker, parameters={"num_workers": 8}).failure.proposal == {
        "parameters": {"num_workers": 0}
    }
    assert told(worker, parameters={"num_workers": 0}).failure.proposal == {}
    gpu = "RuntimeError: Found no NVIDIA driver on your system."
    assert told(gpu, parameters={"device": "0"}).failure.proposal == {
        "parameters": {"device": "cpu"}
    }
    assert told(gpu, parameters={"device": "cpu"}).failure.proposal == {}
    limits = Resources(memory=1 << 30, timeout_s=60)
    assert told("", FailureKind.TIMEOUT, resources=limits).failure.proposal == {
        "resources": {"timeout_s": 120}
    }
    assert told("", FailureKind.OUT_OF_MEMORY, resources=limits).failure.proposal == {
        "resources": {"memory": 2 << 30}
    }
    assert told("", FailureKind.OUT_OF_MEMORY, parameters={"batch": 8}).failure.proposal == {
        "parameters": {"batch": 4}
    }


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("cv2", "opencv-python-headless"),
        ("sklearn.metrics", "scikit-learn"),
        ("timm.models", "timm"),
    ],
)
def test_a_missing_module_is_named_as_it_is_installed(module: str, package: str) -> None:
    found = told(f"ModuleNotFoundError: No module named '{module}'").failure
    assert found.fix == f"Add {package} to the requirements of the package."


# --- the same failure -----------------------------------------------------------------------------


def test_failures_that_differ_in_numbers_and_paths_have_one_key() -> None:
    other = (
        TORCH_OOM.replace("2.00 GiB", "512.00 MiB").replace("4711", "99").replace("0193", "0201")
    )
    assert told(TORCH_OOM).key == told(other).key
    truncated = "OSError: image file is truncated ({} bytes not processed)"
    assert told(truncated.format(43)).key == told(truncated.format(7)).key
    assert told(TORCH_OOM).key != told(truncated).key


def test_the_same_words_at_another_place_in_the_code_are_another_failure() -> None:
    text = (
        'Traceback (most recent call last):\n  File "{}", line {}, in main\nAssertionError: 3 of 4'
    )
    here = told(text.format("/data/a/train.py", 3)).key
    assert here == told(text.format("/data/b/train.py", 17)).key
    assert here != told(text.format("/data/a/tiles.py", 3)).key


def test_a_silent_end_is_told_apart_by_its_exit_code() -> None:
    keys = {told("", exit_code=code, message=f"ended with {code}").key for code in (1, 3, 3)}
    assert len(keys) == 2
