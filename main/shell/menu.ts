/** The application menu: places, editing, zoom. Development tools only where the app is not packaged. */
import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { PLACES } from '../../shared/contract/names.ts';
import type { Place } from '../../shared/contract/names.ts';

const LABELS: Readonly<Record<Place, string>> = {
  send: 'Send',
  activity: 'Activity',
  keys: 'Keys',
  connections: 'Connections',
  settings: 'Settings',
};

export function installMenu(navigate: (place: Place) => void): void {
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
      submenu: [process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' }],
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
