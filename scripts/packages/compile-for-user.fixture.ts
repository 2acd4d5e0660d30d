/** A program of somebody who uses one of our packages, compiled as strictly as they might. */
import { join } from 'node:path';
import ts from 'typescript';

/** Writes JavaScript of `file` into `folder`; answers what the compiler complains of, in the package's own types too. */
export function compileForUser(file: string, folder: string): (string | ts.DiagnosticMessageChain)[] {
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    typeRoots: [join(import.meta.dirname, '../..', 'node_modules', '@types')],
    types: ['node'],
    strict: true,
    skipDefaultLibCheck: true,
    outDir: folder,
  });
  program.emit();
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
}
