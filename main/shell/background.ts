/** What there is of the app outside its window: the tray, while it runs without one, and notifications. */
import { app, Menu, nativeImage, Notification, Tray } from 'electron';
import type { ScheduleNews } from '../../shared/domain/schedule.ts';
import { errorText } from '../../shared/errors/index.ts';
import { systemLoginItem } from '../platform/login-item.ts';
import type { LoginItem, LoginItemState } from '../platform/login-item.ts';

export class Background implements LoginItem {
  readonly #iconPath: string;
  readonly #open: () => void;
  readonly #loginItem = systemLoginItem();
  #tray: Tray | undefined;

  /** @param open shows the window */
  constructor(iconPath: string, open: () => void) {
    this.#iconPath = iconPath;
    this.#open = open;
  }

  /** Whoever starts at login stays in the tray without a window. */
  async state(): Promise<LoginItemState> {
    const state = await this.#loginItem.state();
    this.#showTray(state.runAtLogin);
    return state;
  }

  async set(runAtLogin: boolean): Promise<LoginItemState> {
    await this.#loginItem.set(runAtLogin);
    return this.state();
  }

  /** True while the app goes on without a window. */
  get isInTray(): boolean {
    return this.#tray !== undefined;
  }

  #showTray(isWanted: boolean): void {
    if (!isWanted) {
      this.#tray?.destroy();
      this.#tray = undefined;
      return;
    }
    if (this.#tray) return;
    const open = this.#open;
    this.#tray = new Tray(nativeImage.createFromPath(this.#iconPath));
    this.#tray.setToolTip('Sealift');
    this.#tray.on('click', open);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: 'Open Sealift', click: open },
        { type: 'separator' },
        { label: 'Quit', click: () => app.quit() },
      ]),
    );
  }

  tell(news: ScheduleNews): void {
    const body = newsText(news);
    if (body === undefined || !Notification.isSupported()) return;
    const notification = new Notification({ title: `Sealift: ${news.name}`, body });
    notification.on('click', this.#open);
    notification.show();
  }
}

/** Undefined: not worth a word. */
function newsText(news: ScheduleNews): string | undefined {
  switch (news.kind) {
    case 'missed':
      return `${count(news.count, 'run')} missed while Sealift did not run. Open Schedules to make up for it.`;
    case 'waiting':
      return 'Its time has come, but the keys are locked. It runs after the unlock.';
    case 'ran': {
      const { outcome, delivered, error, file } = news.run;
      if (error) return file === undefined ? errorText(error) : `${file}: ${errorText(error)}`;
      return outcome === 'nothing'
        ? 'Its time has come, but no file was there.'
        : `${count(delivered, 'file')} delivered.`;
    }
  }
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
