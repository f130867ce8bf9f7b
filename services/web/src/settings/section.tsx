import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';

/** One subject of the settings; an address can point at it (`/settings#computers`). */
export function Section({
  id,
  title,
  about,
  children,
}: {
  id: string;
  title: string;
  about?: string;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const meant = useLocation({ select: ({ hash }) => hash === id });
  useEffect(() => {
    if (meant) heading.current?.focus();
  }, [meant]);
  return (
    <section className="setting" aria-labelledby={id}>
      <div className="about">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {about && <p className="s t2">{about}</p>}
      </div>
      <div className="col g12 grow">{children}</div>
    </section>
  );
}
