/**
 * Causes in a few words, for the rows of tables: what went wrong, told apart from its neighbours at a glance. The
 * sentence with its figures is the verdict; what a cause means at length stands in docs/causes/.
 */
import type { Catalogue } from './language/catalogue.js';
import { wordOf } from './wording.js';

/** A report may come from a newer program: a cause that is not known here stands for itself. */
export const causeWords = (cause: string, { causes }: Catalogue): string => wordOf(causes, cause);
