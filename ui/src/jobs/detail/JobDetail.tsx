export function JobDetail() {
  return null;
}
