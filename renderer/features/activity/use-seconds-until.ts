/** A countdown. */
import { useEffect, useState } from 'react';

/** @returns whole seconds until the moment (ISO 8601), 0 from then on; told anew each second */
export function useSecondsUntil(moment: string): number {
  const left = (): number => Math.max(0, Math.ceil((Date.parse(moment) - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = setInterval(() => {
      setSeconds(left());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  });
  return seconds;
}
