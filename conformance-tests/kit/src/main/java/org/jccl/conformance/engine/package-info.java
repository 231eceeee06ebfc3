/**
 * Runs programs: on each rank of a subject's world, through the typed or the raw surface ({@link
 * org.jccl.conformance.engine.Runner}). What is observed is judged by the operations' definition
 * ({@link org.jccl.conformance.engine.ExactJudge}), by another subject ({@link
 * org.jccl.conformance.engine.SubjectComparison}), or by a recording.
 */
package org.jccl.conformance.engine;
