import { type RefObject, useEffect, useRef } from 'react';

/**
 * For a group of buttons that are replaced when `state` changes: if the one that had the focus is gone, the first that is there now
 * gets it, so that somebody on the keyboard is not sent back to the top of the page.
 */
export function useKeptFocus<Group extends HTMLElement>(state: unknown): RefObject<Group | null> {
  const group = useRef<Group>(null);
  const before = useRef(state);
  useEffect(() => {
    if (before.current !== state && document.activeElement === document.body)
      group.current?.querySelector('button')?.focus({ preventScroll: true });
    before.current = state;
  }, [state]);
  return group;
}
