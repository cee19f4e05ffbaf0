/** One page that stands by itself: each question with what came out, its figures and its tables. */
import { join } from "node:path";
import { packageRoot } from "../../src/base/package_root";
import { readText } from "../../src/base/platform";
import type { Answer } from "./answers";
import { escaped, svgOf } from "./figure";

/** @param made how: the command and the machines */
export function reportOf(answers: readonly Answer[], made: readonly string[]): string {
  const links = answers.map(
    ({ name, title }) => `<li><a href="#${name}">${escaped(title)}</a></li>`,
  );
  const body = [
    ...made.map((sentence) => `<p>${escaped(sentence)}</p>`),
    `<ol>${links.join("\n")}</ol>`,
    ...answers.map(sectionOf),
  ].join("\n");
  const template = readText(join(packageRoot(), "bench", "reproduce", "report.html"));
  return template.replace("<!-- answers -->", () => body);
}

const sectionOf = ({ name, title, says, figures, tables }: Answer): string =>
  `<section id="${name}">
<h2>${escaped(title)}</h2>
<ul>${says.map((sentence) => `<li>${escaped(sentence)}</li>`).join("\n")}</ul>
<div class="figures">${figures.map(svgOf).join("\n")}</div>
${tables.map((table) => `<div class="table" tabindex="0" role="region" aria-label="${escaped(title)}">${htmlOf(table)}</div>`).join("\n")}
</section>`;

function htmlOf([head, ...rows]: Answer["tables"][number]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>${line(head, "th")}${rows.map((row) => line(row, "td")).join("\n")}</table>`;
}
