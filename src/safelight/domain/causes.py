"""The rules that tell causes from what programs say when they fail. Data alone; `diagnosis.py` applies them.

A sign is a sentence and the expressions that mean it. `{names}` in sentences are groups of these; a sentence
whose facts were not said gives way to the next sign. Texts are those of torch, Ultralytics, Keras, transformers,
Pillow, OpenCV, uv, pip, Docker and Podman.
"""

from __future__ import annotations

from dataclasses import dataclass

from safelight.domain.jobs import FailureKind


@dataclass(frozen=True, slots=True)
class Change:
    """A change for a re-run: `how` is `/2`, `*2` or `=VALUE`. The first of `names` that the run has is meant."""

    place: str  # parameters or resources
    names: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Expressions any of which means the sentence."""

    sentence: str
    patterns: tuple[str, ...]

    def __init__(self, sentence: str, *patterns: str) -> None:
        object.__setattr__(self, "sentence", sentence)
        object.__setattr__(self, "patterns", patterns)


@dataclass(frozen=True, slots=True)
class Rule:
    """A cause. `kinds`, `signals`: it is the cause of every failure like this whose words say nothing
    else. `around`: an expression for facts that stand in other lines. `kind`: what a script's failure
    is called then. `shows_place`: the sentence names the line of code.
    """

    name: str
    title: str
    fix: str
    signs: tuple[Sign, ...] = ()
    kinds: tuple[FailureKind, ...] = ()
    signals: tuple[int, ...] = ()
    around: str = ""
    kind: FailureKind | None = None
    changes: tuple[Change, ...] = ()
    shows_place: bool = False


BATCH = ("batch_size", "batch", "batchsize", "per_device_train_batch_size", "train_batch_size", "per_gpu_batch_size", "per_device_batch_size", "samples_per_gpu", "ims_per_batch", "bs")  # fmt: skip
PICTURE_SIZE = ("imgsz", "img_size", "image_size", "input_size", "imgsize", "resolution", "crop_size")  # fmt: skip
WORKERS = ("num_workers", "workers", "dataloader_num_workers", "n_workers", "loader_workers")

SMALLER = (Change("parameters", BATCH, "/2"), Change("parameters", PICTURE_SIZE, "/2"))
NO_WORKERS = Change("parameters", WORKERS, "=0")

# Names under which a package is installed, where its module is called otherwise.
PACKAGES = {
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "dateutil": "python-dateutil",
    "Crypto": "pycryptodome",
    "google.protobuf": "protobuf",
    "attr": "attrs",
    "fitz": "pymupdf",
    "pytorch_lightning": "pytorch-lightning",
    "segmentation_models_pytorch": "segmentation-models-pytorch",
    "mmcv": "mmcv",
    "OpenSSL": "pyopenssl",
    "serial": "pyserial",
    "faiss": "faiss-cpu",
}

# The first rule that fits is the cause: what is special stands before what is general.
RULES: tuple[Rule, ...] = (
    Rule(
        "cuda_out_of_memory",
        "GPU out of memory",
        "Use a smaller batch or smaller pictures, or a GPU with more memory.",
        (
            Sign(
                "The GPU ran out of memory: {wanted} more were needed, {free} were free.",
                r"(?:CUDA|HIP|XPU) out of memory\. Tried to allocate (?P<wanted>[\d.]+ [KMGT]iB).*?(?P<free>[\d.]+ (?:[KMGT]iB|bytes)) (?:is )?free",
            ),
            Sign(
                "The GPU ran out of memory: {wanted} more were needed.",
                r"MPS backend out of memory .*Tried to allocate (?P<wanted>[\d.]+ [KMGT]i?B)",
            ),
            Sign(
                "The GPU ran out of memory.",
                r"(?:CUDA|HIP) out of memory",
                r"CUDA error: out of memory",
                r"CUDA_ERROR_OUT_OF_MEMORY",
                r"cudaErrorMemoryAllocation",
                r"CUBLAS_STATUS_ALLOC_FAILED",
                r"CUDNN_STATUS_ALLOC_FAILED",
                r"Failed to allocate memory for requested buffer of size",
            ),
            Sign(
                "The GPU ran out of memory: there was no room for a tensor of shape {shape}.",
                r"OOM when allocating tensor with shape(?P<shape>\[[\d,]*\]).*GPU",
            ),
            Sign(
                "The GPU ran out of memory.",
                r"(?:ResourceExhaustedError|RESOURCE_EXHAUSTED).*(?:GPU|Out of memory)",
            ),
        ),
        kind=FailureKind.OUT_OF_MEMORY,
        changes=SMALLER,
    ),
    Rule(
        "shared_memory",
        "Shared memory or a DataLoader worker",
        "Load pictures with fewer workers, or give the container more shared memory (--shm-size).",
        (
            Sign(
                "A DataLoader worker was killed ({signal}): shared memory or memory ran out.",
                r"DataLoader worker \(pid\(?s?\)? (?P<pid>[\d, ]+)\) is killed by signal: (?P<signal>[A-Z][\w ]*)",
            ),
            Sign(
                "A DataLoader worker died: shared memory or memory ran out.",
                r"DataLoader worker \(pid\(?s?\)? (?P<pid>[\d, ]+)\) exited unexpectedly",
            ),
            Sign(
                "Shared memory ran out.",
                r"out of shared memory",
                r"unable to (?:open|mmap|allocate|write to) (?:shared memory|file </torch_)",
                r"unable to mmap \d+ bytes from file",
                r"received 0 items of ancdata",
                r"/dev/shm.*No space left",
                r"(?:^|\n)Bus error",
            ),
        ),
        signals=(7,),
        changes=(NO_WORKERS,),
    ),
    Rule(
        "host_out_of_memory",
        "Memory of the machine",
        "Load less at once: a smaller batch, fewer workers; or give the run more memory.",
        (
            Sign(
                "Memory ran out: there was no room for an array of {wanted}.",
                r"Unable to allocate (?P<wanted>[\d.]+ [KMGT]iB) for an array",
            ),
            Sign(
                "Memory ran out: {bytes} bytes more were needed.",
                r"DefaultCPUAllocator: .*you tried to allocate (?P<bytes>\d+) bytes",
            ),
            Sign(
                "Memory ran out: {bytes} bytes more were needed.",
                r"Insufficient memory.*Failed to allocate (?P<bytes>\d+) bytes",
            ),
            Sign(
                "Memory ran out.",
                r"(?:^|\n)MemoryError",
                r"std::bad_alloc",
                r"Cannot allocate memory",
                r"Out of memory: Killed process",
                r"oom-kill",
            ),
        ),
        kinds=(FailureKind.OUT_OF_MEMORY,),
        kind=FailureKind.OUT_OF_MEMORY,
        changes=(
            Change("resources", ("memory",), "*2"),
            Change("parameters", WORKERS, "/2"),
            Change("parameters", BATCH, "/2"),
        ),
    ),
    Rule(
        "disk_full",
        "Disk full",
        "Free some space on that disk, or write less: fewer checkpoints, smaller caches.",
        (
            Sign(
                "The disk is full: {file} could not be written.",
                r"No space left on device: '(?P<file>[^']+)'",
            ),
            Sign(
                "The disk is full.",
                r"No space left on device",
                r"Disk quota exceeded",
                r"database or disk is full",
                r"errno 28\b",
                r"PytorchStreamWriter failed writing file",
            ),
        ),
        kinds=(FailureKind.DISK_FULL,),
        kind=FailureKind.DISK_FULL,
    ),
    Rule(
        "missing_library",
        "System library missing",
        "Use a package that brings it (opencv-python-headless instead of opencv-python), or install it where the script runs.",
        (
            Sign(
                "The system library {library} is not installed.",
                r"(?P<library>lib(?!cuda)[\w.+-]+\.so[\w.]*): cannot open shared object file",
            ),
        ),
    ),
    Rule(
        "missing_module",
        "Module missing",
        "Add {package} to the requirements of the package.",
        (
            Sign(
                "The module {module} is not installed.", r"No module named '?(?P<module>[\w.]+)'?"
            ),
            Sign(
                "The installed version of {module} has no {name}.",
                r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'",
            ),
            Sign(
                "The module {module} is not installed.",
                r"\b(?P<module>[A-Za-z][\w-]*) is not installed[.,] .*pip install",
            ),
            Sign(
                "The module {module} is not installed.",
                r"requires the (?P<module>[A-Za-z][\w-]*) library but it was not found",
            ),
        ),
    ),
    Rule(
        "package_not_found",
        "Package not found",
        "Correct its name or version in the requirements, or let the registry of packages have it.",
        (
            Sign(
                "The package {package} is not in the registry.",
                r"Because (?P<package>[\w.-]+) was not found in the (?:package registry|cache|provided package locations)",
            ),
            Sign(
                "The registry has no {package}.",
                r"there (?:is|are) no versions? of (?P<package>[\w.-]+(?:[=<>~!]=?\S+)?)",
            ),
            Sign(
                "The registry has no {package} that can be installed here.",
                r"No matching distribution found for (?P<package>\S+)",
            ),
            Sign(
                "The requirements cannot be installed together.",
                r"No solution found when resolving dependencies",
                r"ResolutionImpossible",
                r"Failed to build `(?P<package>[^`]+)`",
            ),
        ),
    ),
    Rule(
        "registry_refused",
        "Registry or token refused",
        "Check the token or the log-in: it may be missing, expired, or not allowed to read this.",
        (
            Sign(
                "The access to the model {what} was refused.",
                r"Access to model (?P<what>\S+) is restricted",
            ),
            Sign(
                "The registry of images refused the access.",
                r"denied: requested access to the resource is denied",
                r"no basic auth credentials",
                r"unauthorized: (?:authentication required|incorrect username|access to the)",
                r"pull access denied for (?P<image>[^\s,]+), .*(?:unauthorized|denied: )",
            ),
            Sign(
                "{address} refused the access ({code}).",
                r"(?P<code>40[13])(?: Client Error)?:? ?(?:Unauthorized|Forbidden)[^\n]*?(?P<address>https?://[^\s)`'\"]+)",
            ),
            Sign(
                "{address} refused the access ({code}).",
                r"(?P<address>https?://[^\s)`'\"]+)[^\n]*?(?P<code>40[13]) (?:Unauthorized|Forbidden)",
            ),
            Sign(
                "A token was refused.",
                r"HTTP Error 40[13]\b",
                r"\b401 (?:Client Error|Unauthorized)",
                r"\b403 (?:Client Error|Forbidden)",
                r"Invalid (?:user )?(?:token|credentials)",
                r"InvalidAccessKeyId",
                r"SignatureDoesNotMatch",
                r"AccessDenied\b",
            ),
        ),
    ),
    Rule(
        "image_not_found",
        "Image not found",
        "Check the image's name and tag, and that this machine may pull it.",
        (
            Sign("The image {image} was not found.", r"manifest for (?P<image>\S+) not found"),
            Sign("The image {image} was not found.", r"pull access denied for (?P<image>[^\s,]+)"),
            Sign("The image {image} was not found.", r"No such image: (?P<image>\S+)"),
            Sign(
                "The image {image} was not found.",
                r"initializing source docker://(?P<image>[^\s:]+(?::[\w.-]+)?): .*manifest",
            ),
            Sign("The image {image} was not found.", r"repository (?P<image>\S+) not found"),
            Sign("The image was not found.", r"manifest unknown"),
        ),
    ),
    Rule(
        "cuda_driver_missing",
        "No usable GPU",
        "Run it where a GPU and its driver are, or on the CPU.",
        (
            Sign(
                "There is no GPU, or its driver is missing.",
                r"Found no NVIDIA driver",
                r"no CUDA-capable device is detected",
                r"No CUDA GPUs are available",
                r"could not select device driver \"\" with capabilities: \[\[gpu\]\]",
                r"libcuda\.so[\w.]*: cannot open",
                r"Attempting to deserialize object on a CUDA device but torch\.cuda\.is_available\(\) is False",
                r"Invalid CUDA 'device=(?P<device>[^']*)' requested",
                r"nvidia-container-cli: initialization error",
            ),
            Sign(
                "The installed torch is a build without CUDA.",
                r"Torch not compiled with CUDA enabled",
            ),
            Sign(
                "The GPU or its driver is too old for the installed torch.",
                r"CUDA driver version is insufficient",
                r"The NVIDIA driver on your system is too old",
                r"no kernel image is available for execution on the device",
            ),
        ),
        changes=(Change("parameters", ("device", "accelerator"), "=cpu"),),
    ),
    Rule(
        "corrupt_picture",
        "Corrupt picture",
        "Replace this picture or take it out of the dataset version.",
        (
            Sign(
                "The picture {file} is broken or no picture.",
                r"cannot identify image file '(?P<file>[^']+)'",
            ),
            Sign(
                "The picture {file} is broken.",
                r"(?<!\S)(?P<file>\S+\.\w{3,4}): (?:corrupt|ignoring corrupt)",
            ),
            Sign(
                "The picture {file} is broken or cannot be read.",
                r"!_src\.empty\(\)",
                r"!ssize\.empty\(\)",
                r"image file is truncated",
                r"broken data stream when reading image",
                r"Truncated File Read",
                r"Unknown image file format",
                r"Input is empty",
                r"broken PNG file",
                r"Corrupt JPEG data",
            ),
            Sign(
                "A picture is broken: {what}.",
                r"(?P<what>image file is truncated)",
                r"(?P<what>broken data stream when reading image)",
                r"(?P<what>Truncated File Read)",
                r"(?P<what>broken PNG file)",
                r"(?P<what>Corrupt JPEG data)",
            ),
            Sign(
                "A picture is broken or cannot be read.",
                r"cannot identify image file",
                r"!_src\.empty\(\)",
                r"!ssize\.empty\(\)",
                r"Unknown image file format",
                r"Input is empty",
            ),
        ),
        around=r"imread_\('(?P<file>[^']+)'\): can't open/read file",
        kind=FailureKind.INVALID_INPUT,
    ),
    Rule(
        "category_mismatch",
        "Labels and model do not match",
        "Compare the labels of the dataset version with the number of classes that the model was made for.",
        (
            Sign(
                "A shape has label number {label}, but the model has {classes} classes.",
                r"Label class (?P<label>\d+) exceeds (?:nc=|dataset class count )(?P<classes>\d+)",
            ),
            Sign(
                "A shape has label number {label}, but the model has {classes} classes.",
                r"label value of (?P<label>-?\d+) which is outside the valid range of \[0, (?P<classes>\d+)\)",
            ),
            Sign(
                "A shape has label number {label}, which the model does not have.",
                r"Target (?P<label>-?\d+) is out of bounds",
            ),
            Sign(
                "The weights were made for other labels than the model: {layer} has {have}, wanted are {want}.",
                r"size mismatch for (?P<layer>[\w.]+): copying a param with shape torch\.Size\(\[(?P<have>\d+)[^\n]*?current model is torch\.Size\(\[(?P<want>\d+)",
            ),
            Sign(
                "A shape has a label that the model does not have.",
                r"t >= 0 && t < n_classes",
                r"(?:device-side assert triggered|nll_loss|cross_entropy).*(?:n_classes|cur_target)",
                r"Shapes \(None, \d+\) and \(None, \d+\) are incompatible",
            ),
            Sign(
                "A number was out of range on the GPU, most often a label that the model does not have.",
                r"device-side assert triggered",
            ),
        ),
        kind=FailureKind.INVALID_INPUT,
    ),
    Rule(
        "connection_refused",
        "Connection refused",
        "Check that the service runs and that its address is right from where the script runs.",
        (
            Sign(
                "Nobody answered at {host}:{port}.",
                r"host='(?P<host>[^']+)', port='?(?P<port>\d+)'?\).*(?:Connection refused|Failed to establish a new connection)",
            ),
            Sign(
                "Nobody answered at {host}:{port}.",
                r"[Cc]onnect(?:ion)? (?:call failed|to server at) \(?[\"'](?P<host>[^\"']+)[\"'](?: \([^)]*\))?, (?:port )?(?P<port>\d+)",
            ),
            Sign(
                "Nobody answered at {host}:{port}.",
                r"[Ff]ailed to connect to (?P<host>\S+) port (?P<port>\d+)",
            ),
            Sign(
                "Nobody answered at {address}.",
                r"dial tcp (?P<address>[\d.:\[\]a-f]+): connect: connection refused",
            ),
            Sign(
                "Nobody answered at {address}.",
                r"Cannot connect to the Docker daemon at (?P<address>[^\s.]+\S*?)\.? ",
            ),
            Sign(
                "The name {host} is not known in this network.",
                r"(?:Failed to resolve|Could not resolve host:?|getaddrinfo (?:failed|ENOTFOUND) ) ?'?(?P<host>[\w.-]+)",
            ),
            Sign(
                "The name of a service is not known in this network.",
                r"Name or service not known",
                r"Temporary failure in name resolution",
                r"nodename nor servname",
            ),
            Sign(
                "A service refused the connection.",
                r"Connection refused",
                r"ConnectionRefusedError",
                r"Network is unreachable",
                r"No route to host",
            ),
        ),
        around=r"(?:https?|postgresql|tcp|redis|s3)://(?P<address>[^\s'\"/)]+)",
    ),
    Rule(
        "network_timeout",
        "No answer in time",
        "Run it again; if it comes again, look whether the service or the other processes hang.",
        (
            Sign(
                "{host}:{port} did not answer in time.",
                r"host='(?P<host>[^']+)', port='?(?P<port>\d+)'?\).*(?:[Tt]imed? ?out)",
            ),
            Sign(
                "A process of the group did not answer in time.",
                r"Watchdog caught collective operation timeout",
                r"Timed out (?:after|waiting) .*(?:rank|store|clients)",
            ),
            Sign(
                "A service did not answer in time.",
                r"TimeoutError",
                r"ReadTimeout",
                r"ConnectTimeout",
                r"[Rr]ead timed out",
                r"Operation timed out",
                r"DEADLINE_EXCEEDED",
            ),
        ),
    ),
    Rule(
        "too_many_open_files",
        "Too many open files",
        "Load pictures with fewer workers, or raise the limit of open files (ulimit -n).",
        (Sign("Too many files were open at once.", r"Too many open files"),),
        changes=(NO_WORKERS,),
    ),
    Rule(
        "permission_denied",
        "Permission denied",
        "Write into the run's own folder, or let the user that scripts run as have the right.",
        (
            Sign(
                "There is no right to use {file}.",
                r"(?:Permission denied|Read-only file system|Operation not permitted): '(?P<file>[^']+)'",
            ),
            Sign(
                "There is no right to use {file}.", r"(?<!\S)(?P<file>[^\s:]+): Permission denied"
            ),
            Sign(
                "A right is missing.",
                r"PermissionError",
                r"Permission denied",
                r"Read-only file system",
            ),
        ),
    ),
    Rule(
        "file_not_found",
        "File not found",
        "Check the path: it must be in the package, or be made by the script before it is read.",
        (
            Sign(
                "The file {file} does not exist.",
                r"(?:No such file or directory|Unable to open file)[^\n]*?'(?P<file>[^'\n]+)'",
            ),
            Sign("The file {file} does not exist.", r"can't open file '(?P<file>[^']+)'"),
            Sign("The file {file} does not exist.", r"'(?P<file>[^'\n]+)' does not exist"),
            Sign(
                "The file {file} does not exist.",
                r"images not found.*missing path '(?P<file>[^']+)'",
            ),
            Sign("The file {file} does not exist.", r"Image Not Found (?P<file>\S+)"),
            Sign(
                "{file} does not exist.",
                r"(?<!\S)(?P<file>[^\s:]+): (?:command not found|not found|No such file or directory)",
            ),
            Sign("A file does not exist: {what}", r"FileNotFoundError: (?P<what>[^\n]+)"),
        ),
    ),
    Rule(
        "assertion",
        "Assertion",
        "Look at the values that the script checks there.",
        (
            Sign("An assertion does not hold: {what}", r"^AssertionError: (?P<what>\S[^\n]*)"),
            Sign("An assertion does not hold.", r"^AssertionError"),
            Sign(
                "An assertion does not hold: {what}", r"Assertion [`'](?P<what>[^`'\n]+)[`'] failed"
            ),
        ),
        shows_place=True,
    ),
    Rule(
        "interrupted",
        "Interrupted",
        "It was not stopped through Safelight: look for who or what sends SIGINT, then run it again.",
        (
            Sign(
                "The script was interrupted (KeyboardInterrupt).",
                r"^KeyboardInterrupt",
                r"KeyboardInterrupt$",
            ),
        ),
        signals=(2,),
    ),
    Rule(
        "crashed",
        "Crash in native code",
        "A library written in C failed: look at the stack in the log, and try other versions of the packages.",
        (
            Sign("The process crashed: {what}.", r"Fatal Python error: (?P<what>[A-Z][\w ]+)"),
            Sign("The process crashed: Segmentation fault.", r"Segmentation fault"),
            Sign(
                "The process crashed: {what}.",
                r"terminate called after throwing an instance of '(?P<what>[^']+)'",
            ),
        ),
        signals=(4, 6, 8, 11),
    ),
    Rule(
        "killed",
        "Killed from outside",
        "Most often memory ran out: a smaller batch, fewer workers; or give the run a limit of memory, which then says so.",
        (Sign("The script was killed from outside (SIGKILL).", r"(?:^|\n)Killed$"),),
        signals=(9,),
        changes=(Change("parameters", BATCH, "/2"), Change("parameters", WORKERS, "/2")),
    ),
    Rule(
        "time_limit",
        "Time limit",
        "Give it more time, or less to do.",
        kinds=(FailureKind.TIMEOUT,),
        changes=(Change("resources", ("timeout_s",), "*2"),),
    ),
    Rule(
        "lost",
        "Lost",
        "Its machine or the network went away: run it again.",
        kinds=(FailureKind.LOST,),
    ),
)
