/**
 * The rules, by family. A method's name says kind, rule and claim: {@code required_COL_10_…} must
 * hold everywhere, {@code optional_…} where the subject can do it, {@code untested_…} lists what no
 * test can show, with the reason. Extend a suite with a subject of your own to test it.
 */
package org.jccl.conformance.rules;
