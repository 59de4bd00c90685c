/** What a language has to give: one table for each place where wscope has something to say. */

/** The wording of a rule, with the keys and {placeholders} of its `meta`. */
export interface RuleTexts {
  title: string;
  messages: Readonly<Record<string, string>>;
  notes: Readonly<Record<string, string>>;
  remedies: Readonly<Record<string, string>>;
}
