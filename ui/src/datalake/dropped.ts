/** The pictures in what was dropped: files, and folders with all that is in them. */

const PICTURE = /\.(jpe?g|png|webp|tiff?|bmp|gif|avif)$/i;

export async function dropped(transfer: DataTransfer): Promise<File[]> {
  // entries must be taken before the first pause: the browser empties the list then
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (!entries.length) return [...transfer.files];
  const found = await Promise.all(entries.map((entry) => within(entry, true)));
  return found.flat();
}

/** A file that is dropped itself is taken whatever its name says: the server tells what it is. */
async function within(entry: FileSystemEntry, itself: boolean): Promise<File[]> {
  if (entry.isFile) {
    if (!itself && !PICTURE.test(entry.name)) return [];
    return [await new Promise<File>((take, fail) => (entry as FileSystemFileEntry).file(take, fail))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return files; // browsers give a hundred at a time
    for (const one of some) files.push(...(await within(one, false)));
  }
}
