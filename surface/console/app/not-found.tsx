export default function NotFound() {
  return (
    <p className="centre">
      There is nothing here. <a href="/">All incidents</a>
    </p>
  );
}
