/** Views of one place beside each other, one shown at a time. A hidden view is not mounted. */
import type { ReactNode } from 'react';
import { Tabs as AriaTabs, Tab, TabList, TabPanel } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './tabs.module.css';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly name: string;
    readonly content: ReactNode;
  }[];
  /** The views fill the height that is left and scroll within themselves. */
  readonly isFilled?: boolean;
}

export function Tabs({ label, tabs, isFilled }: TabsProps) {
  return (
    <AriaTabs className={classes(styles.tabs, isFilled === true && styles.filled)}>
      <TabList className={styles.list ?? ''} aria-label={label}>
        {tabs.map((tab) => (
          <Tab key={tab.id} id={tab.id} className={styles.tab ?? ''}>
            {tab.name}
          </Tab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className={styles.panel ?? ''}>
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
