// Makes every id of a rule, such as COL-01, a link to the rule book.
document.addEventListener('DOMContentLoaded', () => {
  const root = document.body ? (typeof pathtoroot === 'string' ? pathtoroot : './') : './';
  const id = /\b(?!CRC-)[A-Z][A-Z0-9]{1,4}-\d\d\b/g;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (!node.parentElement.closest('a, pre, script, style') && node.data.search(id) >= 0) {
      found.push(node);
    }
  }
  for (const node of found) {
    const parts = document.createDocumentFragment();
    let at = 0;
    for (const match of node.data.matchAll(id)) {
      parts.append(node.data.slice(at, match.index));
      const link = document.createElement('a');
      link.href = root + 'rules.html#' + match[0];
      link.textContent = match[0];
      parts.append(link);
      at = match.index + match[0].length;
    }
    parts.append(node.data.slice(at));
    node.replaceWith(parts);
  }
});
