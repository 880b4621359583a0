/** A device's name as the kernel allows it (`dev_valid_name` in net/core/dev.c). It becomes a part of paths. */
export function isDeviceName(text: string): boolean {
  return /^[^\s/:\u0000-\u001f]{1,15}$/.test(text) && text !== '.' && text !== '..';
}
