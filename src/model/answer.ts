/** How somebody who was asked for something answered: a case for each thing that is done about it. Never thrown. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T }
  /** Another operation is in progress on this VNF, or it can't be done in its present state. */
  | { readonly kind: 'busy'; readonly detail: string }
  /** No answer, overload, a malformed answer, no token: the same may go well later; `afterMs`: not before. */
  | { readonly kind: 'retry'; readonly detail: string; readonly afterMs?: number | undefined }
  /** Asking again won't change it. `status`: HTTP's. */
  | { readonly kind: 'refused'; readonly detail: string; readonly status?: number | undefined };
