/** A countdown. */
import { useEffect, useState } from 'react';

/** @returns whole seconds until the moment (ISO 8601), 0 from then on; told anew each second */
export function useSecondsUntil(moment: string): number {
  const [seconds, setSeconds] = useState(() => secondsUntil(moment));
  useEffect(() => {
    const timer = setInterval(() => {
      setSeconds(secondsUntil(moment));
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [moment]);
  return seconds;
}

function secondsUntil(moment: string): number {
  return Math.max(0, Math.ceil((Date.parse(moment) - Date.now()) / 1000));
}
