import { type RefObject, useEffect, useRef } from 'react';

/**
 * For a group of buttons that are replaced when `state` changes: if the one that had the focus is gone, the first that is there now
 * gets it, so that somebody on the keyboard is not sent back to the top of the page. `undefined`: not known yet; what arrives first
 * replaces nothing.
 */
export function useKeptFocus<Group extends HTMLElement>(state: unknown): RefObject<Group | null> {
  const group = useRef<Group>(null);
  const before = useRef(state);
  useEffect(() => {
    const replaced = before.current !== undefined && before.current !== state;
    if (replaced && document.activeElement === document.body)
      group.current?.querySelector('button')?.focus({ preventScroll: true });
    before.current = state;
  }, [state]);
  return group;
}
