// Words for what one does on the generic pages.
export function on(page) {
  const id = (name) => page.getByTestId(name);
  return {
    id,
    field: (name) => page.locator(`[data-field="${name}"] :is(input, select, textarea)`).first(),
    toast: (text) => id("toast").filter({ hasText: text }).last(),
    path: () => new URL(page.url()).pathname,
    query: () => Object.fromEntries(new URL(page.url()).searchParams),
    /** Waits until a field of the open record says this. */
    shows: (name, text) => id(`fact-${name}`).locator("dd").filter({ hasText: new RegExp(`^\\s*${text}\\s*$`) }).waitFor(),
    /** Opens the look-up of a field, types, and takes the first record found. */
    async choose(name, text) {
      const input = page.locator(`[data-field="${name}"] input`).first();
      await input.click();
      await input.fill(text);
      await page.getByRole("option").filter({ hasText: text }).first().click();
    },
    /** Fills a form that is open; a true is a tick. */
    async fill(values) {
      for (const [name, value] of Object.entries(values)) {
        const input = this.field(name);
        if (value === true) await input.check();
        else if ((await input.evaluate((e) => e.tagName)) === "SELECT") await input.selectOption(value);
        else await input.fill(value);
      }
    },
    /** Creates a record on its page. */
    async create(path, values, references = {}) {
      await page.goto(new URL(`/data${path}/new`, page.url()).href);
      await id("form").waitFor();
      for (const [name, text] of Object.entries(references)) await this.choose(name, text);
      await this.fill(values);
      await id("save").click();
      await id("detail").waitFor();
    },
  };
}
