// SPDX-License-Identifier: Apache-2.0
// Random changes of byte strings.
#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <sstream>

namespace rowfall::fuzz {
namespace {

size_t Below(size_t n, std::mt19937_64& random) {
  return n == 0 ? 0 : std::uniform_int_distribution<size_t>(0, n - 1)(random);
}

const std::string& OneOf(const std::vector<std::string>& texts,
                         std::mt19937_64& random) {
  return texts[Below(texts.size(), random)];
}

// A random part of `text` of at most `max_bytes`.
std::string PartOf(const std::string& text, size_t max_bytes,
                   std::mt19937_64& random) {
  const size_t begin = Below(text.size() + 1, random);
  return text.substr(begin, Below(max_bytes + 1, random));
}

char InterestingByte(std::mt19937_64& random) {
  constexpr char kBytes[] =
      "\0\x01\t\n\r \"'`\\/{}[](),:;.-+eE0123456789nullt\x7f\x80\xbf\xc0"
      "\xc2\xe0\xed\xf0\xf4\xff";
  if (random() % 4 == 0) return static_cast<char>(random());
  return kBytes[Below(sizeof(kBytes) - 1, random)];
}

void FlipBit(std::string& text, size_t at, std::mt19937_64& random) {
  if (at < text.size())
    text[at] = static_cast<char>(text[at] ^ (1 << random() % 8));
}

void SetByte(std::string& text, size_t at, std::mt19937_64& random) {
  if (at < text.size()) text[at] = InterestingByte(random);
}

// Repeats a part up to 300 times: nesting and length limits are reached so.
void Repeat(std::string& text, size_t at, std::mt19937_64& random) {
  const std::string part = text.substr(at, 1 + Below(8, random));
  std::string many;
  for (size_t n = Below(300, random); n > 0; --n) many += part;
  text.insert(at, many);
}

// A flat switch: one line a kind of change.
void ChangeOnce(std::string& text, const Material& material,
                std::mt19937_64& random) {
  const size_t at = Below(text.size() + 1, random);
  switch (random() % 10) {
    case 0:
      return FlipBit(text, at, random);
    case 1:
      return SetByte(text, at, random);
    case 2:
      text.erase(at, 1 + Below(4, random));
      return;
    case 3:
      text.erase(at, 1 + Below(64, random));
      return;
    case 4:
      text.insert(at, 1, InterestingByte(random));
      return;
    case 5:
      text.insert(at, PartOf(OneOf(material.corpus, random), 64, random));
      return;
    case 6:
      text.insert(at, PartOf(text, 32, random));
      return;
    case 7:
      return Repeat(text, at, random);
    case 8:
      text.resize(at);
      return;
    default:
      if (!material.words.empty())
        text.insert(at, OneOf(material.words, random));
      return;
  }
}

}  // namespace

std::string Mutate(const Material& material, std::mt19937_64& random) {
  std::string text = OneOf(material.corpus, random);
  for (size_t n = 1 + Below(8, random); n > 0; --n) {
    ChangeOnce(text, material, random);
  }
  if (text.size() > material.max_bytes) text.resize(material.max_bytes);
  return text;
}

std::vector<std::string> ParseDictionary(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find('"');
    const size_t end = line.rfind('"');
    if (line.empty() || line[0] == '#' || end == begin) continue;
    std::string word;
    for (size_t i = begin + 1; i < end; ++i) {
      if (line[i] != '\\') {
        word += line[i];
      } else if (line[i + 1] == 'x' && i + 3 < end) {
        word +=
            static_cast<char>(std::stoi(line.substr(i + 2, 2), nullptr, 16));
        i += 3;
      } else {
        word += line[++i];
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace rowfall::fuzz
