/** Our sign: a shield with an eye. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M12 2 21 6v6c0 5-3.8 8.6-9 10-5.2-1.4-9-5-9-10V6z"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinejoin="round"
      />
      <circle cx="12" cy="11.5" r="3" fill="currentColor" />
    </svg>
  );
}
