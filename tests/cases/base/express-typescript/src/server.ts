import express, { type Request, type Response } from "express";

const app = express();
app.get("/", (request: Request, response: Response) => response.send("hello"));
app.listen(3000);
