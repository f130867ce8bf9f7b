/** As a `ref`: takes the focus when the element appears. */
export const focusOnShow = (element: HTMLElement | null): void => element?.focus();
