/**
 * Calls as values: one operation with everything that decides its result, and programs of several.
 * From the operation table follow each rank's buffers, with guard bytes around them, and what must
 * be in them afterwards.
 */
package org.jccl.conformance.cases;
