"""Sixteen threads add fifty shapes each to one annotation."""

from concurrent.futures import ThreadPoolExecutor

from here import connect, facts, report

THREADS, EACH = 16, 50

given = facts()
client = connect()
version = client.get_dataset(given["dataset"]).create_version("crowd")
version.add_data(client.get_datalake().list_data(filenames=given["names"][:1]))
label = version.create_label("apple")
annotation = version.list_assets()[0].create_annotation()


def work(thread: int) -> None:
    for number in range(EACH):
        annotation.create_rectangle(thread, number, 1, 1, label)


with ThreadPoolExecutor(THREADS) as crowd:
    list(crowd.map(work, range(THREADS)))

kept = [(shape.x, shape.y) for shape in annotation.list_rectangles()]
in_order = all(
    [y for x, y in kept if x == thread] == list(range(EACH)) for thread in range(THREADS)
)
report(kept=len(kept), different=len(set(kept)), in_order=in_order)
