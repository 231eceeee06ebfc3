/**
 * The documentation as static pages: Markdown becomes HTML, links between files become links
 * between pages, and a search works from a folder without a server. Nothing here knows what the
 * documents say, but for the ids of rules.
 */
@NullMarked
package org.jccl.benchmarks.site;

import org.jspecify.annotations.NullMarked;
