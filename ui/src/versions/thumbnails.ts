/** Which of the small pictures that the server keeps is sharp at a size. */

const SIZES = [128, 256, 512, 1024];

/** The address of a thumbnail that is sharp so large, in CSS pixels. */
export function thumbnailFor(thumbnail: string, size: number): string {
  const pixels = size * Math.min(2, window.devicePixelRatio || 1);
  return thumbnail.replace(/size=\d+/, `size=${SIZES.find((each) => each >= pixels * 0.85) ?? 1024}`);
}
