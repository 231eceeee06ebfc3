/**
 * Deliberately wrong backends, in every chapter of the rule book: each breaks a few promises, and
 * the suite must notice. A suite that has never failed has shown nothing.
 *
 * <p>A {@link org.jccl.conformance.liars.Liar} is one row: what is wrong in a sentence, a {@link
 * org.jccl.conformance.liars.Lie} in the way of every call of both surfaces, and the rules that
 * must fail with the words that must be in the failures.
 */
package org.jccl.conformance.liars;
