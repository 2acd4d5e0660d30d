import { Link } from '../components/link.tsx';
import * as text from '../text/index.ts';

export default function NotFound() {
  return (
    <p className="centre">
      {text.parts.nothingHere} <Link href="/">{text.parts.overview}</Link>
    </p>
  );
}
