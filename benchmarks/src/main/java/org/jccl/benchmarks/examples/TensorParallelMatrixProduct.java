package org.jccl.benchmarks.examples;

import java.util.Arrays;
import org.jccl.Communicator;
import org.jccl.DataType;
import org.jccl.DeviceBuffer;
import org.jccl.Rank;
import org.jccl.RankProgram;
import org.jccl.ReduceOp;

/**
 * Tensor parallelism: two matrix products in a row, {@code Y = (X·A)·B}, with A cut into columns
 * and B into rows, one slice a rank.
 *
 * <p>X is spread over the ranks by rows and gathered first; each rank multiplies with its column of
 * A and then its row of B; the partial products are summed and spread again by a reduce-scatter.
 * All numbers are small integers, so that the result is exact and the program can check it.
 */
public final class TensorParallelMatrixProduct implements RankProgram {
  private static final int ROWS_PER_RANK = 4;
  private static final int INNER = 8;
  private static final int HIDDEN_PER_RANK = 3;
  private static final int OUTER = 5;

  /** Started by {@code ./jccl run}. */
  public TensorParallelMatrixProduct() {}

  @Override
  public void run(Rank rank) {
    int n = rank.worldSize();
    int rows = ROWS_PER_RANK * n;
    Communicator comm = rank.communicator();
    try (DeviceBuffer allRows = rank.device().allocate(DataType.FLOAT32, (long) rows * INNER);
        DeviceBuffer partial = rank.device().allocate(DataType.FLOAT32, (long) rows * OUTER);
        DeviceBuffer own = rank.device().allocate(DataType.FLOAT32, ROWS_PER_RANK * OUTER)) {
      DeviceBuffer ownRows =
          allRows.slice((long) rank.rank() * ROWS_PER_RANK * INNER, ROWS_PER_RANK * INNER);
      ownRows.copyFrom(x(rank.rank() * ROWS_PER_RANK, ROWS_PER_RANK));
      comm.allGather(ownRows, allRows); // in place: the send buffer is the own block
      comm.defaultStream().synchronize();
      float[] input = new float[rows * INNER];
      allRows.copyTo(input);

      int first = rank.rank() * HIDDEN_PER_RANK;
      float[] hidden = multiply(input, rows, INNER, a(first), HIDDEN_PER_RANK);
      partial.copyFrom(multiply(hidden, rows, HIDDEN_PER_RANK, b(first), OUTER));
      comm.reduceScatter(partial, own, ReduceOp.SUM);
      comm.defaultStream().synchronize();
      float[] result = new float[ROWS_PER_RANK * OUTER];
      own.copyTo(result);

      float[] expected = expected(rank.rank() * ROWS_PER_RANK, n * HIDDEN_PER_RANK);
      if (!Arrays.equals(result, expected)) {
        throw new IllegalStateException(
            "wrong product: "
                + Arrays.toString(result)
                + ", expected "
                + Arrays.toString(expected));
      }
      if (rank.rank() == 0) {
        System.out.printf("tensor parallel: %d ranks, %d x %d product exact%n", n, rows, OUTER);
      }
    }
  }

  private static float x(int row, int column, int modulus) {
    return (row * 31 + column * 17) % modulus - modulus / 2;
  }

  private static float[] x(int firstRow, int rows) {
    float[] slice = new float[rows * INNER];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = x(firstRow + i / INNER, i % INNER, 7);
    }
    return slice;
  }

  /** Columns {@code first} and on of A. */
  private static float[] a(int first) {
    float[] slice = new float[INNER * HIDDEN_PER_RANK];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = x(i / HIDDEN_PER_RANK, first + i % HIDDEN_PER_RANK, 5);
    }
    return slice;
  }

  /** Rows {@code first} and on of B. */
  private static float[] b(int first) {
    float[] slice = new float[HIDDEN_PER_RANK * OUTER];
    for (int i = 0; i < slice.length; i++) {
      slice[i] = x(first + i / OUTER, i % OUTER, 3);
    }
    return slice;
  }

  private static float[] multiply(float[] left, int rows, int inner, float[] right, int columns) {
    float[] product = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < inner; k++) {
        for (int c = 0; c < columns; c++) {
          product[r * columns + c] += left[r * inner + k] * right[k * columns + c];
        }
      }
    }
    return product;
  }

  /** The rows of the whole product, computed without any communication. */
  private static float[] expected(int firstRow, int hidden) {
    float[] rows = new float[ROWS_PER_RANK * OUTER];
    for (int r = 0; r < ROWS_PER_RANK; r++) {
      for (int h = 0; h < hidden; h++) {
        float value = 0;
        for (int k = 0; k < INNER; k++) {
          value += x(firstRow + r, k, 7) * x(k, h, 5);
        }
        for (int c = 0; c < OUTER; c++) {
          rows[r * OUTER + c] += value * x(h, c, 3);
        }
      }
    }
    return rows;
  }
}
