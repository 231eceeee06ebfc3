package org.jccl.conformance.rules;

import java.lang.foreign.MemorySegment;
import org.jccl.DataType;

/** NCCL's numbers, as the raw surface takes and returns them. */
interface RawCodes {
  int SUCCESS = 0;
  int UNHANDLED_CUDA_ERROR = 1;
  int INTERNAL_ERROR = 3;
  int INVALID_ARGUMENT = 4;
  int INVALID_USAGE = 5;
  int REMOTE_ERROR = 6;
  int IN_PROGRESS = 7;

  int INT32 = DataType.INT32.code();
  int FLOAT32 = DataType.FLOAT32.code();

  int SUM = 0;
  int PROD = 1;
  int MAX = 2;
  int MIN = 3;
  int AVG = 4;

  MemorySegment NULL = MemorySegment.NULL;
}
