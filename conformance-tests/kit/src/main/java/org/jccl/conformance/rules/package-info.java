/**
 * The rules, by family. A method's name says kind, rule and claim: {@code required_COL_10_…} must
 * hold everywhere, {@code optional_…} is left open by NCCL. What no test can show is said in the
 * rule book. A backend of your own is tested as a subject that {@code ServiceLoader} finds ({@code
 * docs/semantics.md}); the suites themselves are for this package.
 */
package org.jccl.conformance.rules;
