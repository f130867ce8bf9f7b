import { useEffect } from 'react';

/** The page's name in the tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Daybook`;
  }, [title]);
}
