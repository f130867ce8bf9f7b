export function Brand() {
  return (
    <div className="brand">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <rect x="2" y="1" width="16" height="18" rx="4" fill="currentColor" />
        <path
          d="M5 9.5 11.5 3M5 6 8 3M7.5 10.5 15 3M11.5 10 15 6.5M5 13h10M5 16h6"
          stroke="var(--bg)"
          strokeWidth="1.5"
          strokeLinecap="round"
          fill="none"
        />
      </svg>
      Daybook
    </div>
  );
}
