/** The application menu: places, editing, zoom. Development tools only where the app is not packaged. */
import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { PLACES } from '../../shared/contract/names.ts';
import type { Place } from '../../shared/contract/names.ts';

const LABELS: Readonly<Record<Place, string>> = {
  send: 'Send',
  activity: 'Activity',
  vaults: 'Vaults',
  keys: 'Keys',
  connections: 'Connections',
  schedules: 'Schedules',
  settings: 'Settings',
};

export interface MenuActions {
  readonly navigate: (place: Place) => void;
  /** Forgets the keys until they are unlocked. */
  readonly lock: () => void;
}

export function installMenu({ navigate, lock }: MenuActions): void {
  const places: MenuItemConstructorOptions[] = PLACES.map((place, index) => ({
    label: LABELS[place],
    accelerator: `CmdOrCtrl+${String(index + 1)}`,
    click: () => {
      navigate(place);
    },
  }));
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Lock now', accelerator: 'CmdOrCtrl+L', click: lock },
        { type: 'separator' },
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { label: '&Edit', role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        ...places,
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { label: '&Window', role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
