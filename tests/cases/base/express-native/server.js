const express = require("express");
const { createCanvas } = require("canvas");

const app = express();
app.get("/", (request, response) => response.send(createCanvas(1, 1).toBuffer()));
app.listen(3000);
