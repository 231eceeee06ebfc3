/**
 * The rules, by family. A method's name says kind, rule and claim: {@code required_COL_10_…} must
 * hold everywhere, {@code optional_…} is left open by NCCL. What no test can show is said in the
 * rule book. Extend a suite with a subject of your own to test it.
 */
package org.jccl.conformance.rules;
