/** Browsers have a clipboard for pages over TLS and on this machine only; elsewhere the marked text of a field is copied. */

/** @returns whether it is in the clipboard now; where it is not, it is marked, and a person can copy it. */
export async function copyText(field: HTMLInputElement): Promise<boolean> {
  field.focus();
  field.select();
  if (window.isSecureContext)
    return navigator.clipboard.writeText(field.value).then(
      () => true,
      () => false,
    );
  return document.execCommand('copy');
}
