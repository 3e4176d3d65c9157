// SPDX-License-Identifier: GPL-3.0-or-later
// agree A.pgm B.pgm: whether two pictures of one page show the same, by the mean gray of squares of 8 by 8 pixels, since
// each renderer has its own way with edges. Prints the largest and the mean difference; exit 1 where they differ.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SQUARE = 8, MOST_SIDE = 20000, LARGEST = 80, LARGEST_MEAN = 6 };

struct picture {
    int width, height;
    unsigned char *pixels;
};

// The next number of a header, past white space and comments.
static int number(FILE *file)
{
    int c = getc(file), value = 0;
    while (c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '#') {
        while (c == '#' && (c = getc(file)) != '\n' && c != EOF)
            c = '#';
        c = getc(file);
    }
    for (; c >= '0' && c <= '9' && value <= MOST_SIDE; c = getc(file))
        value = value * 10 + (c - '0');
    return value;
}

static struct picture read_picture(const char *path)
{
    struct picture picture = {0};
    FILE *file = fopen(path, "rb");
    if (!file || getc(file) != 'P' || getc(file) != '5')
        exit(2);
    picture.width = number(file);
    picture.height = number(file);
    if (number(file) != 255 || picture.width < SQUARE || picture.height < SQUARE || picture.width > MOST_SIDE || picture.height > MOST_SIDE)
        exit(2);
    size_t size = (size_t)picture.width * (size_t)picture.height;
    picture.pixels = malloc(size);
    if (!picture.pixels || fread(picture.pixels, 1, size, file) != size)
        exit(2);
    fclose(file);
    return picture;
}

static double gray(const struct picture *picture, int x, int y)
{
    double sum = 0;
    for (int i = 0; i < SQUARE; i++)
        for (int j = 0; j < SQUARE; j++)
            sum += picture->pixels[(size_t)(y + i) * (size_t)picture->width + (size_t)(x + j)];
    return sum / (SQUARE * SQUARE);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct picture a = read_picture(argv[1]), b = read_picture(argv[2]);
    int width = a.width < b.width ? a.width : b.width, height = a.height < b.height ? a.height : b.height, squares = 0;
    double largest = 0, sum = 0, darkest = 255;
    for (int y = 0; y + SQUARE <= height; y += SQUARE)
        for (int x = 0; x + SQUARE <= width; x += SQUARE, squares++) {
            double difference = fabs(gray(&a, x, y) - gray(&b, x, y));
            largest = fmax(largest, difference);
            darkest = fmin(darkest, gray(&a, x, y));
            sum += difference;
        }
    printf("%d by %d pixels, largest difference %.1f, mean %.2f\n", width, height, largest, sum / squares);
    free(a.pixels);
    free(b.pixels);
    bool same = abs(a.width - b.width) < 3 && abs(a.height - b.height) < 3 && largest < LARGEST && sum / squares < LARGEST_MEAN;
    return same && darkest < 128 ? 0 : 1; // a blank page agrees with nothing
}
