import { Link } from '../components/link.tsx';

export default function NotFound() {
  return (
    <p className="centre">
      There is nothing here. <Link href="/">The overview</Link>
    </p>
  );
}
