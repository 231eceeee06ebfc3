/**
 * Calls as values ({@link org.jccl.conformance.cases.CallSpec}), and programs of several ({@link
 * org.jccl.conformance.cases.Program}). From the operation table follow each rank's buffers, with
 * guard bytes around them, what is in them before, and what must be in them afterwards ({@link
 * org.jccl.conformance.cases.MemoryPlan}).
 */
package org.jccl.conformance.cases;
