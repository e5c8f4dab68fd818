// A CodeMirror editor for one YAML document: completion and help from its schema, marks where the checker found something. Loaded lazily.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, defaultHighlightStyle, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, hoverTooltip, keymap, lineNumbers } from '@codemirror/view';
import { helpAt, offersAt } from './offers.ts';
import type { Schema } from './schema-words.ts';

export interface Mark {
  /** From 1; null: the document as a whole, which is shown at its first line. */
  readonly line: number | null;
  readonly column: number | null;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
}

export interface Editor {
  /** Replaces the text, where it differs. */
  write(text: string): void;
  mark(marks: readonly Mark[]): void;
  /** Puts the cursor there, and the focus. */
  jump(line: number | null, column: number | null): void;
  close(): void;
}

interface EditorParts {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly label: string;
  /** null until it is known. */
  readonly schema: () => Schema | null;
  readonly onchange: (text: string) => void;
}

export function openEditor({ parent, text, label, schema, onchange }: EditorParts): Editor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        indentUnit.of('  '),
        yaml(),
        syntaxHighlighting(inBothThemes()),
        autocompletion({ override: [(context) => complete(context, schema())] }),
        hoverTooltip((at, offset) => help(at, offset, schema())),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onchange(update.state.doc.toString());
        }),
        look,
      ],
    }),
  });
  return {
    write: (wanted) => {
      if (wanted !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted } });
    },
    mark: (marks) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          marks.map((mark) => diagnosticOf(view.state, mark)),
        ),
      ),
    jump: (line, column) => {
      const at = offsetOf(view.state, line, column);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

function complete(context: CompletionContext, schema: Schema | null) {
  if (schema === null) return null;
  const found = offersAt(context.state.doc.toString(), context.pos, schema);
  if (found === null || (!context.explicit && found.from === context.pos && !/[\s{,[]$/.test(context.state.sliceDoc(0, context.pos))))
    return null;
  return {
    from: found.from,
    validFor: /^[A-Za-z0-9_.%-]*$/,
    options: found.offers.map((offer) => ({
      label: offer.label,
      apply: offer.text,
      detail: offer.detail.slice(0, 60),
      info: offer.detail.length > 60 ? offer.detail : undefined,
    })),
  };
}

function help(view: EditorView, offset: number, schema: Schema | null) {
  const found = schema && helpAt(view.state.doc.toString(), offset, schema);
  if (!found) return null;
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-help';
      const key = document.createElement('code');
      key.textContent = found.key;
      dom.append(key, ` ${found.words}`);
      return { dom };
    },
  };
}

function offsetOf(state: EditorState, line: number | null, column: number | null): number {
  const at = state.doc.line(Math.min(state.doc.lines, Math.max(1, line ?? 1)));
  return Math.min(at.to, at.from + Math.max(0, (column ?? 1) - 1));
}

/** From its place to the end of the word there, so that there is something to see. */
function diagnosticOf(state: EditorState, { line, column, severity, message }: Mark): Diagnostic {
  const from = offsetOf(state, line, column);
  const end = state.doc.lineAt(from).to;
  const word = /^("[^"]*"|[^\s,{}[\]]+)/.exec(state.sliceDoc(from, end))?.[0].length ?? 1;
  return { from, to: Math.min(end, from + Math.max(1, word)), severity, message };
}

/** CodeMirror's own style knows light only: its colours are exchanged for those of the console. */
function inBothThemes(): HighlightStyle {
  const inks: { readonly [own: string]: string } = {
    '#00c': 'var(--accent)',
    '#a11': 'var(--good)',
    '#e40': 'var(--good)',
    '#164': 'var(--warn)',
    '#219': 'var(--warn)',
    '#940': 'var(--muted)',
    '#f00': 'var(--bad)',
  };
  return HighlightStyle.define(
    defaultHighlightStyle.specs.map(({ tag, color }) => ({
      tag,
      color: typeof color === 'string' ? (inks[color] ?? 'inherit') : 'inherit',
    })),
  );
}

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12.5px', background: 'var(--ground)', color: 'var(--text)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { background: 'var(--raised)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { background: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 28%, transparent) !important',
  },
  '.cm-tooltip': { background: 'var(--raised)', border: '1px solid var(--rule)', borderRadius: '4px', color: 'var(--text)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: 'var(--on-accent)' },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-help': { padding: '4px 8px', maxWidth: '420px' },
  '.cm-matchingBracket': { background: 'var(--accent-ground) !important', color: 'inherit !important' },
});
