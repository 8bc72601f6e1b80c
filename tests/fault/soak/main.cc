// SPDX-License-Identifier: Apache-2.0
// Runs engines on a real Kafka under random faults for as long as is wanted,
// and checks every message.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "absl/time/time.h"
#include "soak.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: soak BROKER_FOLDER LOG_FOLDER MINUTES SEED\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    rowfall::soak::SoakOptions options;
    options.broker_folder = argv[1];
    options.log_folder = argv[2];
    options.duration = absl::Minutes(std::atof(argv[3]));
    options.seed = static_cast<uint32_t>(std::atoll(argv[4]));
    rowfall::soak::Soak soak(std::move(options));
    return soak.Run() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
