/** What the user chooses for files that the platform could not read as they are, or that hold why rows failed. */
import { useAction } from '../../bridge/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { Conversion } from './conversion.ts';
import { conversionOf, isChoiceOpen } from './conversion.ts';
import { chooseConversion } from './files.ts';
import type { SendFile } from './wizard.ts';

interface ConversionActionsProps {
  readonly handles: readonly string[];
  readonly conversion: Conversion;
}

export function ConversionActions({ handles, conversion }: ConversionActionsProps) {
  const choice = useAction((convert: boolean | undefined) =>
    chooseConversion(handles, convert).then(() => ({ ok: true as const, value: undefined })),
  );
  const all = handles.length > 1 ? ` all ${handles.length}` : '';
  if (conversion.isNeeded) {
    return (
      <Button isPending={choice.isBusy} onPress={() => void choice.run(true)}>
        {`Convert${all}`}
      </Button>
    );
  }
  return (
    <>
      <Button isPending={choice.isBusy} onPress={() => void choice.run(true)}>
        {wordsFor(conversion, all)}
      </Button>
      <Button isDisabled={choice.isBusy} onPress={() => void choice.run(false)}>
        Import it as data
      </Button>
    </>
  );
}

function wordsFor({ isOfRecords }: Conversion, all: string): string {
  if (isOfRecords) return `Send the records${all === '' ? '' : ` of${all}`}`;
  return all === '' ? 'Leave the column out' : `Leave it out of${all}`;
}

/** Whether and how one file is converted; nothing for a file that is read as it is. */
export function FileConversion({ file }: { readonly file: SendFile }) {
  const { ref, facts, convert } = file;
  const conversion = facts && conversionOf(facts);
  if (conversion === undefined) return null;
  const handles = [ref.handle];
  if (isChoiceOpen(file)) {
    const title = conversion.isNeeded
      ? `The file is ${conversion.found}. The platform reads UTF-8 with commas only.`
      : 'The last column, “Failure Description”, says why rows failed before.';
    return (
      <Notice
        tone="warning"
        title={title}
        actions={<ConversionActions handles={handles} conversion={conversion} />}
      >
        <p>{conversion.offer}</p>
      </Notice>
    );
  }
  return (
    <Notice
      tone="info"
      actions={
        <Button size="small" onPress={() => void chooseConversion(handles, undefined)}>
          Choose again
        </Button>
      }
    >
      <p>
        {convert === true
          ? conversion.outcome
          : 'The column “Failure Description” is imported as data.'}
      </p>
    </Notice>
  );
}
